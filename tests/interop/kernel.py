"""The bonding guest's kernel and its initial RAM disk: Debian's cloud kernel, busybox, and a few modules.

The kernel comes as a package by `apt-get download`, is unpacked and not installed, and is kept under `build/`.
"""

import gzip
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from interop.spaces import run

META_PACKAGE = "linux-image-cloud-amd64"
MODULES = ("virtio_pci", "virtio_net", "virtio_console", "bonding")
INIT = Path(__file__).with_name("guest_init.sh")
TRIES = 4
_SIGNED = b"~Module signature appended~\n"
_SIGNATURE_TAIL = 12  # struct module_signature: eight octets, then the signature's length in four


@dataclass(frozen=True)
class Image:
    """What qemu boots."""

    kernel: Path
    initrd: Path


def image(folder: Path) -> Image:
    """The image in *folder*, made if it is not there or older than what it is made of."""
    folder.mkdir(parents=True, exist_ok=True)
    package = _package(folder)
    made = Image(folder / "vmlinuz", folder / "initrd.gz")
    stamp = folder / "made-of"
    of = f"{package.name}\n{Path(__file__).read_text()}{INIT.read_text()}"
    if stamp.exists() and stamp.read_text() == of:
        return made
    unpacked = folder / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    run("dpkg", "-x", str(package), str(unpacked))
    (kernel,) = (unpacked / "boot").glob("vmlinuz-*")
    shutil.copy(kernel, made.kernel)
    made.initrd.write_bytes(gzip.compress(b"".join(_archive(_files(unpacked / "lib" / "modules"))), 6))
    shutil.rmtree(unpacked)
    stamp.write_text(of)
    return made


def _package(folder: Path) -> Path:
    """The newest kernel package; one that is there already will do when no newer can be had."""
    wanted = re.search(r"Depends: (linux-image-\S+)", run("apt-cache", "depends", META_PACKAGE))
    there = sorted(folder.glob("linux-image-*.deb"))
    if wanted is not None:
        mine = [path for path in there if path.name.startswith(f"{wanted[1]}_")]
        if mine:
            return mine[-1]
        for _ in range(TRIES):
            done = subprocess.run(
                ("apt-get", "-q", "download", wanted[1]), cwd=folder, capture_output=True, check=False
            )
            if done.returncode == 0:
                return next(iter(folder.glob(f"{wanted[1]}_*.deb")))
            if there:
                break
    if not there:
        raise RuntimeError(f"no kernel for the guest: apt-get download of {META_PACKAGE}'s package failed")
    return there[-1]


def _files(modules: Path) -> Iterator[tuple[str, int, bytes]]:
    """Name, mode and octets of everything in the RAM disk, folders first."""
    for name in ("bin", "dev", "proc", "sys", "mod", "etc"):
        yield name, 0o40755, b""
    busybox = shutil.which("busybox")
    assert busybox is not None
    yield "bin/busybox", 0o100755, Path(busybox).read_bytes()
    yield "init", 0o100755, INIT.read_bytes()
    paths = {path.stem.replace("-", "_"): path for path in modules.rglob("*.ko")}
    order = list(_in_order(MODULES, lambda name: paths[name].read_bytes()))
    for name in order:
        yield f"mod/{name}.ko", 0o100644, _unsigned(paths[name].read_bytes())
    yield "mod/order", 0o100644, " ".join(order).encode()


def _in_order(names: tuple[str, ...], octets: Callable[[str], bytes]) -> Iterator[str]:
    """Modules, each after those that its `depends=` names."""
    seen: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name not in seen:
            seen.add(name)
            depends = re.search(rb"\0depends=([^\0]*)\0", octets(name))
            for one in depends[1].decode().split(",") if depends and depends[1] else ():
                yield from visit(one.replace("-", "_"))
            yield name

    for name in names:
        yield from visit(name)


def _unsigned(module: bytes) -> bytes:
    """Without its signature: checking it costs an emulated processor seconds, and nothing asks for it."""
    if not module.endswith(_SIGNED):
        return module
    end = len(module) - len(_SIGNED)
    return module[: end - _SIGNATURE_TAIL - int.from_bytes(module[end - 4 : end])]


def _archive(files: Iterator[tuple[str, int, bytes]]) -> Iterator[bytes]:
    """A cpio archive in the format `newc`: a header of 8-digit hexadecimal fields, all parts padded to 4 octets."""
    for number, (name, mode, octets) in enumerate((*files, ("TRAILER!!!", 0, b"")), 1):
        fields = (number, mode, 0, 0, 1, 0, len(octets), 0, 0, 0, 0, len(name) + 1, 0)
        for part in (b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0", octets):
            yield part + bytes(-len(part) % 4)
