"""What lies in a folder, its images and its folders: nothing that is hidden, and no link is
followed."""

import os
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


@dataclass(frozen=True)
class Found:
    """What lies in the folder ``path``, each kind sorted."""

    path: Path
    images: list[Path]
    folders: list[Path]
    links: list[Path]

    def at(self, depth: int) -> list[Path]:
        """Return the images so many folders deep."""
        return [file for file in self.images if self.depth(file) == depth]

    def depth(self, file: Path) -> int:
        """Return how deep something lies; 1 is in the folder itself."""
        return len(file.parts) - len(self.path.parts)

    def top(self, file: Path) -> str:
        """Return the outermost folder that something lies in, or is."""
        return file.parts[len(self.path.parts)]


def find(path: Path) -> Found:
    """Return what lies in a folder, however deep."""
    images, folders, links, ahead = [], [], [], [path]
    while ahead:
        for entry in os.scandir(ahead.pop()):
            if entry.name.startswith("."):
                continue
            one = Path(entry.path)
            shown = one.suffix.lower() in SUFFIXES
            if entry.is_symlink():
                links += [one] if shown or os.path.isdir(one) else []
            elif entry.is_dir():
                folders.append(one)
                ahead.append(one)
            elif shown and entry.is_file():
                images.append(one)
    return Found(path, sorted(images), sorted(folders), sorted(links))
