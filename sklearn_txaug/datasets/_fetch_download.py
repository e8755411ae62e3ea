"""Download public files: one table of addresses, transfers that resume, checksums recorded at first use."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sklearn.datasets import get_data_home

from ..utils.files import replacing
from ..utils.optional import require
from ..utils.progress import progress_bar

_XENA = "https://{}.s3.us-east-1.amazonaws.com/download/"
_GTEX = "https://storage.googleapis.com/adult-gtex/"
_STRING = "https://stringdb-downloads.org/download/"

# All addresses that are ever contacted. S3 reads a plain "+" as a blank, hence %2B.
URLS = {
    "tcga_pancan": _XENA.format("tcga-pancan-atlas-hub")
    + "EB%2B%2BAdjustPANCAN_IlluminaHiSeq_RNASeqV2.geneExp.xena.gz",
    "tcga_toil": _XENA.format("toil-xena-hub") + "TcgaTargetGtex_rsem_gene_tpm.gz",
    "tcga_toil_phenotype": _XENA.format("toil-xena-hub") + "TcgaTargetGTEX_phenotype.txt.gz",
    "tcga_clinical": _XENA.format("tcga-pancan-atlas-hub") + "Survival_SupplementalTable_S1_20171025_xena_sp",
    "gtex_tpm": _GTEX + "bulk-gex/v8/rna-seq/GTEx_Analysis_2017-06-05_v8_RNASeQCv1.1.9_gene_tpm.gct.gz",
    "gtex_samples": _GTEX
    + "annotations/v8/metadata-files/GTEx_Analysis_v8_Annotations_SampleAttributesDS.txt",
    "gtex_subjects": _GTEX
    + "annotations/v8/metadata-files/GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt",
    "string_links": _STRING + "protein.links.v12.0/9606.protein.links.v12.0.txt.gz",
    "string_info": _STRING + "protein.info.v12.0/9606.protein.info.v12.0.txt.gz",
}

_ATTEMPTS = 5  # interrupted transfers before a call gives up
_TIMEOUT = (30, 60)  # seconds to connect, and between two packets


class DamagedFileError(ValueError):
    """A file that is not what it should be."""


def is_gzipped(path: Path) -> bool:
    """Tell by its first bytes, whatever its name, whether a file is compressed by gzip."""
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"


class Store:
    """The folder of one data set: its downloads, and ``registry.json`` with their checksums.

    Parameters
    ----------
    name : str
        Name of the folder, inside ``sklearn_txaug`` in scikit-learn's data home.
    data_home : str, path or None
        As in scikit-learn.
    urls : mapping or None
        Other addresses for some of `URLS`.
    download_if_missing : bool
        Whether files may be downloaded.
    verbose : bool
        Whether to show progress bars.
    """

    def __init__(
        self,
        name: str,
        data_home: str | PathLike[str] | None,
        urls: Mapping[str, str] | None,
        download_if_missing: bool,
        verbose: bool,
    ) -> None:
        unknown = sorted(set(urls or ()) - set(URLS))
        if unknown:
            raise ValueError(f"urls has the unknown keys {unknown}; accepted are {', '.join(URLS)}.")
        self.folder = Path(get_data_home(data_home)) / "sklearn_txaug" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.verbose = verbose
        self._urls = {**URLS, **(urls or {})}
        self._may_download = download_if_missing
        self._registry = self.folder / "registry.json"

    @contextmanager
    def file(self, name: str, keep: bool = True) -> Iterator[Path]:
        """Yield the path of a file, downloaded if it is missing.

        The checksum is recorded once the body has read the file without an error. A file that cannot be
        decompressed is deleted, so that the next call downloads it again.
        """
        path, known = self._get(name)
        try:
            yield path
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            path.unlink()
            raise ValueError(
                f"{path.name} from {self._urls[name]} cannot be decompressed ({error}). It was deleted: call "
                f"again to download it once more, or name another address by urls={{{name!r}: ...}}."
            ) from error
        except DamagedFileError as error:
            raise ValueError(
                f"{error} The file is {path}, from {self._urls[name]}. Delete it to download it again, or name "
                f"another address by urls={{{name!r}: ...}}."
            ) from error
        if known is None:
            self._record(name, path)
        if not keep:
            path.unlink()

    def _get(self, name: str) -> tuple[Path, str | None]:
        """Return the path of a verified file and its checksum, None if none has been recorded yet."""
        pooch = require("pooch", "downloading data")
        url, file = self._urls[name], unquote(urlsplit(URLS[name]).path).rpartition("/")[2]
        known = self._recorded().get(file, {}).get("sha256")
        files = pooch.create(path=self.folder, base_url="", registry={file: known}, urls={file: url})
        downloader = _Download(name, self.folder / f"{file}.part", self.verbose)
        try:
            files.fetch(file, downloader=downloader if self._may_download else self._refuse)
        except ValueError as error:  # pooch found another checksum and deleted the download
            raise ValueError(
                f"{url} is not the file that was first downloaded: {error} If its publisher changed it and you "
                f"want the new version, delete the folder {self.folder}; otherwise name an address of the old "
                f"version by urls={{{name!r}: ...}}."
            ) from error
        return self.folder / file, known

    def _refuse(self, url: str, output_file: str, pooch: Any) -> None:
        raise OSError(
            f"the data are not in {self.folder} and download_if_missing=False; set it to True to download {url}."
        )

    def _recorded(self) -> dict[str, dict[str, Any]]:
        return json.loads(self._registry.read_text("utf-8")) if self._registry.exists() else {}

    def _record(self, name: str, path: Path) -> None:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        entry = {
            "sha256": digest,
            "bytes": path.stat().st_size,
            "url": self._urls[name],
            "recorded": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with replacing(self._registry) as new:
            new.write_text(json.dumps({**self._recorded(), path.name: entry}, indent=1), "utf-8")


class _Download:
    """A downloader for pooch that resumes an interrupted transfer, if the server allows it.

    What has arrived is in ``<file>.part``, with the ETag or date of that version of the file next to it: the server
    is asked to continue this version only, and otherwise sends the whole file.
    """

    def __init__(self, name: str, part: Path, verbose: bool) -> None:
        self._name = name
        self._part = part
        self._verbose = verbose
        self._version = part.with_name(f"{part.name}.version")

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        for _ in range(_ATTEMPTS):
            if self._transfer(url):
                self._part.replace(output_file)
                self._version.unlink(missing_ok=True)
                return
        raise ConnectionError(
            f"the transfer of {url} was interrupted {_ATTEMPTS} times. Call again to resume it, or name another "
            f"address by urls={{{self._name!r}: ...}}."
        )

    def _transfer(self, url: str) -> bool:
        """Request what is missing; return whether all of it arrived."""
        urllib3 = require("urllib3", "downloading data")
        with self._ask(url) as response:
            start = self._part.stat().st_size if response.status_code == 206 else 0
            sent = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            if response.status_code == 416 or (start and not sent):  # what we have is not part of this file
                self._forget()
                return False
            length = response.headers.get("Content-Length")
            total = start + int(length) if length is not None else None
            self._version.write_text(_version(response.headers), "utf-8")
            bar = progress_bar(
                self._verbose,
                desc=self._part.stem,
                total=total,
                initial=start,
                unit="B",
                unit_scale=True,
            )
            with bar, open(self._part, "ab" if start else "wb") as file:
                try:
                    for chunk in response.raw.stream(1 << 18, decode_content=False):
                        file.write(chunk)
                        bar.update(len(chunk))
                except urllib3.exceptions.HTTPError:
                    return False
        return total is None or self._part.stat().st_size == total

    def _ask(self, url: str) -> Any:
        requests = require("requests", "downloading data")
        headers = {"Accept-Encoding": "identity"}
        version = self._version.read_text("utf-8") if self._part.exists() and self._version.exists() else ""
        if version:
            headers |= {"Range": f"bytes={self._part.stat().st_size}-", "If-Range": version}
        try:
            response = requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT)
        except (requests.RequestException, ValueError) as error:
            raise ConnectionError(
                f"cannot reach {url}: {error}. Check the connection and the proxy (HTTPS_PROXY), name another "
                f"address by urls={{{self._name!r}: ...}}, or put the file at {self._part.with_suffix('')}."
            ) from error
        if not response.ok and response.status_code != 416:
            response.close()
            raise OSError(
                f"{url} answered {response.status_code} {response.reason}. If the file has moved, name its new "
                f"address by urls={{{self._name!r}: ...}}, or put the file at {self._part.with_suffix('')}."
            )
        return response

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._version.unlink(missing_ok=True)


def _version(headers: Mapping[str, str]) -> str:
    """Return what identifies the version of a file, a strong ETag or a date; ``""`` if nothing does."""
    tag = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")
