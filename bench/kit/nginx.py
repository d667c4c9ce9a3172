"""Debian's nginx as a relay of unary calls (``grpc_pass``), to compare with."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from comity.demo.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_S = 10.0

CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{ worker_connections 2048; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_time 1d;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    upstream behind {{
        server {behind}; keepalive 256; keepalive_requests 1000000000; keepalive_time 1d;
    }}
    server {{
        listen 127.0.0.1:{port} ssl http2; http2_max_concurrent_streams 1024;
        ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
        ssl_client_certificate {folder}/ca.pem; ssl_verify_client on; ssl_protocols TLSv1.3;
        location / {{
            grpc_pass grpcs://behind; grpc_buffer_size 32k; grpc_ssl_protocols TLSv1.3;
            grpc_ssl_certificate {folder}/certificate.pem; grpc_ssl_certificate_key {folder}/key.pem;
            grpc_ssl_trusted_certificate {folder}/ca.pem; grpc_ssl_verify on; grpc_ssl_name localhost;
        }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, behind: str) -> Iterator[tuple[str, int] | None]:
    """Runs nginx in front of ``behind``; its address and its worker's process id.

    Yields ``None`` when nginx is not installed.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    text = CONFIGURATION.format(
        folder=folder, port=port, behind=behind.replace("localhost", "127.0.0.1"), user=user
    )
    path = folder / "nginx.conf"
    path.write_text(text)
    process = subprocess.Popen(
        [program, "-c", str(path), "-e", str(folder / "nginx.log")], start_new_session=True
    )
    try:
        yield f"localhost:{port}", _worker(process, folder)
    finally:
        process.terminate()
        process.wait()


def _worker(process: subprocess.Popen[bytes], folder: Path) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    ends = time.monotonic() + READY_S
    while time.monotonic() < ends and process.poll() is None:
        found = children.read_text().split()
        if found and (folder / "nginx.pid").exists():
            return int(found[0])
        time.sleep(0.02)
    raise RuntimeError(f"nginx did not start: {(folder / 'nginx.log').read_text()[-500:]}")
