"""Calls to the authority: one pinned channel, deadlines, refusals turned into values."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
from typing import TYPE_CHECKING, Any, Final

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from comity.api.directory.v1 import (
    directory_file_pb2,
    directory_service_pb2,
    directory_service_pb2_grpc,
    enrolment_service_pb2_grpc,
)
from comity.authority.ceremony import ENROLMENT_HOST
from comity.errors import ExitCode, Reason, Refusal, StartError
from comity.identity.token import TOKEN_PIN_BYTES
from comity.rpc.errors import refusal_of
from comity.rpc.options import API_CHANNEL
from comity.rpc.tls import channel_credentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

# One call to the authority.
CALL_S: Final = 20.0
# Reaching it at all.
CONNECT_S: Final = 10.0

# Generated modules carry no types.
_directory_grpc: Any = directory_service_pb2_grpc
_enrolment_grpc: Any = enrolment_service_pb2_grpc


def fetch_certificate(address: str, pin: bytes) -> bytes:
    """The authority's certificate, PEM, if it is the one that the invitation pins.

    The handshake proves nothing yet: whatever is presented counts only by its hash.

    Raises:
        StartError: nobody answers there, or another certificate is shown.
    """
    host, _, port = address.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    try:
        with (
            socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S) as raw,
            context.wrap_socket(raw, server_hostname=ENROLMENT_HOST) as secured,
        ):
            der = secured.getpeercert(binary_form=True) or b""
    except (OSError, ValueError) as error:
        sentence = f"The authority at {address} cannot be reached ({type(error).__name__})."
        raise StartError(sentence, exit_code=ExitCode.UNAVAILABLE) from error
    if hashlib.sha256(der).digest()[:TOKEN_PIN_BYTES] != pin:
        sentence = (
            f"Whoever answers at {address} is not the authority that made this invitation; "
            "somebody may be in between."
        )
        raise StartError(sentence, exit_code=ExitCode.REFUSED)
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


class AuthorityClient:
    """An open channel to one authority."""

    __slots__ = ("_channel", "directory", "enrolment")

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self.directory = _directory_grpc.DirectoryServiceStub(channel)
        self.enrolment = _enrolment_grpc.EnrolmentServiceStub(channel)

    async def files(self, held: Mapping[str, int]) -> tuple[list[tuple[str, bytes]], int]:
        """The directory's files that ``held`` lacks, and the authority's time in milliseconds."""
        request = directory_service_pb2.GetFilesRequest(held=held_versions(held))
        with refusals():
            response = await self.directory.GetFiles(request, timeout=CALL_S)
        return [(file.name, file.content) for file in response.files], int(response.now_ms)

    async def watch(self, held: Mapping[str, int]) -> AsyncIterator[list[tuple[str, bytes]]]:
        """The same, and then every change, for as long as the authority is there."""
        request = directory_service_pb2.WatchRequest(held=held_versions(held))
        with refusals():
            async for response in self.directory.Watch(request):
                yield [(file.name, file.content) for file in response.files]


@contextlib.asynccontextmanager
async def connect(address: str, ca_pem: bytes) -> AsyncIterator[AuthorityClient]:
    """Opens a channel to the authority that shows exactly this certificate."""
    options = (*API_CHANNEL, ("grpc.ssl_target_name_override", ENROLMENT_HOST))
    credentials = channel_credentials(None, server_ca_pem=ca_pem)
    async with grpc.aio.secure_channel(address, credentials, options=options) as channel:
        yield AuthorityClient(channel)


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turns a failed call into the refusal that the authority sent.

    Raises:
        Refusal: the coded one; OVERLOADED, which is worth retrying, when nobody answered.
    """
    try:
        yield
    except grpc.RpcError as error:
        known = refusal_of(error)
        if known is not None:
            raise known from error
        raise Refusal(Reason.OVERLOADED, "the authority does not answer") from error


def held_versions(held: Mapping[str, int]) -> list[directory_file_pb2.HeldVersion]:
    """Versions as the contract writes them."""
    return [
        directory_file_pb2.HeldVersion(role=role, version=version) for role, version in held.items()
    ]
