"""Writes the code that comes from ``proto/``: messages, stubs, types, the catalogue of fields.

``--check`` writes nothing and fails when a committed file differs. Plugins run offline: buf builds a
descriptor set and checks the contract, ``grpc_tools.protoc`` generates from the same files.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
# protovalidate's rules are generated under our own package, so that nothing shadows another
# distribution's `buf`.
VENDORED_FROM, VENDORED_TO = "buf.validate", "comity._vendor.buf.validate"
GENERATED = (
    "comity/api",
    "comity/wire",
    "comity/_vendor",
    "comity/catalogue.py",
    "docs/reference/fields.md",
)


def protoc(out: Path) -> None:
    """Runs protoc with the Python, gRPC and mypy plugins into ``out``."""
    files = sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))
    bin_dir = Path(sys.executable).parent
    subprocess.run(
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"-I{PROTO}",
            f"--plugin=protoc-gen-mypy={bin_dir / 'protoc-gen-mypy'}",
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            f"--mypy_out=quiet:{out}",
            *files,
        ],
        check=True,
    )


def rewrite(out: Path) -> None:
    """Moves protovalidate's messages under ``comity._vendor`` and drops empty gRPC modules."""
    vendor = out / "comity" / "_vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    shutil.move(out / "buf", vendor / "buf")
    for path in sorted(out.rglob("*.py*")):
        if path.name.endswith("_pb2_grpc.py") and "_service_pb2_grpc" not in path.name:
            path.unlink()
            continue
        text = path.read_text(encoding="utf-8")
        text = text.replace(f"from {VENDORED_FROM} import", f"from {VENDORED_TO} import")
        text = text.replace(f"import {VENDORED_FROM}.", f"import {VENDORED_TO}.")
        text = text.replace(
            "from buf.validate import validate_pb2 as _validate_pb2",
            f"from {VENDORED_TO} import validate_pb2 as _validate_pb2",
        )
        path.write_text(text, encoding="utf-8")
    for folder in sorted({path.parent for path in out.rglob("*_pb2.py")}):
        current = folder
        while current != out:
            init = current / "__init__.py"
            if not init.exists() and current.relative_to(out).as_posix() != "comity":
                init.write_text('"""Generated from proto/ by `make generate`."""\n', "utf-8")
            current = current.parent
    (vendor / "__init__.py").write_text('"""Generated: what other contracts define."""\n', "utf-8")


def catalogue(out: Path) -> None:
    """Writes ``comity/catalogue.py``: every field of every entity, and the page that lists them."""
    marker = out / "comity" / "__init__.py"  # makes the fresh tree win over the installed package
    marker.touch()
    script = ROOT / "scripts" / "generate_catalogue.py"
    subprocess.run([sys.executable, str(script), str(out)], check=True)
    marker.unlink()
    page = ROOT / "scripts" / "generate_fields_page.py"
    subprocess.run([sys.executable, str(page), str(out)], check=True)
    ruff = Path(sys.executable).parent / "ruff"
    target = out / "comity" / "catalogue.py"
    subprocess.run(
        [ruff, "format", "-q", "--no-cache", "--isolated", "--line-length=100", target], check=True
    )


def files_of(base: Path) -> set[str]:
    """Generated files below ``base``, as relative paths."""
    found: set[str] = set()
    for part in GENERATED:
        path = base / part
        if path.is_file():
            found.add(part)
        found |= {
            p.relative_to(base).as_posix()
            for p in path.rglob("*")
            if p.is_file() and p.suffix in {".py", ".pyi"}
        }
    return found


def main() -> int:
    """Generates, or compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail on a difference, write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        protoc(out)
        rewrite(out)
        catalogue(out)
        new, old = files_of(out), files_of(ROOT)
        differing = sorted(
            name
            for name in new | old
            if name not in new
            or name not in old
            or not filecmp.cmp(out / name, ROOT / name, shallow=False)
        )
        if check:
            for name in differing:
                print(f"differs from proto/: {name}")
            return 1 if differing else 0
        for name in differing:
            target = ROOT / name
            if name in new:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(out / name, target)
            else:
                target.unlink()
        print(f"{len(new)} files, {len(differing)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
