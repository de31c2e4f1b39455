"""Which device tensors live on."""

from treemeta.errors import ConfigError, MachineError


def check_device(device: str) -> None:
    """Raise unless the device is known and this machine has it."""
    if device not in ("cpu", "cuda"):
        raise ConfigError(f"--device is {device!r}: choose cpu or cuda")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise MachineError("--device cuda: this machine has no usable GPU; use --device cpu")
