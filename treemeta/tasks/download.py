"""Omniglot from its publisher, by way of torchvision's addresses and checksums."""

from collections.abc import Iterable, Mapping
from http.client import HTTPException

from treemeta.errors import StorageError
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.imported import import_omniglot, omniglot_path
from treemeta.tasks.omniglot import Script
from treemeta.tasks.shelf import scratch


def download_omniglot(
    url: str | None = None,
    md5: Mapping[str, str] | None = None,
    expected: Iterable[Script] | None = None,
) -> Dataset:
    """Download the two published zip files, check them, pack them and remove them again.

    ``url`` is the folder that holds them and ``md5`` their checksums, torchvision's by default;
    ``expected`` is what is known of the alphabets in them.
    Raises ``StorageError`` when the network fails or a checksum is wrong.
    """
    from torchvision.datasets import Omniglot
    from torchvision.datasets.utils import download_url

    url, md5 = url or Omniglot.download_url_prefix, md5 or Omniglot.zips_md5
    with scratch(omniglot_path()) as folder:
        for name, checksum in md5.items():
            try:
                download_url(f"{url}/{name}.zip", folder, f"{name}.zip", checksum)
            except (OSError, RuntimeError, HTTPException) as error:
                raise StorageError(
                    f"{url}/{name}.zip could not be downloaded ({error!r}): try again, or fetch it "
                    "elsewhere and run 'treemeta data import PATH'"
                ) from error
        return import_omniglot(folder, expected)
