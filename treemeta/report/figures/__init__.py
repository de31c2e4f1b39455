"""Pictures of similarities and trees: vector or png, safe for colour-blind eyes, the same twice."""
