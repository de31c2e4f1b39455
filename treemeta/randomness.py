"""Counter-based randomness: every draw is a function of its address, and of nothing else."""

import hashlib
import json

from numpy.random import Generator, Philox

Address = str | int


def generator(seed: int, *address: Address) -> Generator:
    """Return the stream that belongs to an address such as ``(seed, "r01", 500, "batch")``.

    Two addresses give independent streams and one address always the same, so a resumed run needs
    no stored generator state and a result does not depend on who drew before. The Philox key is
    the first 128 bits of the address's sha256 (Salmon et al. 2011, *Parallel random numbers: as
    easy as 1, 2, 3*).
    """
    digest = hashlib.sha256(json.dumps([seed, *address]).encode()).digest()
    return Generator(Philox(key=int.from_bytes(digest[:16], "little")))
