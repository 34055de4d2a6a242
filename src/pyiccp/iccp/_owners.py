"""Which application a TLV belongs to."""

from types import ModuleType

from pyiccp.iccp.events import Application
from pyiccp.wire.iccp import _fdb as fdb
from pyiccp.wire.iccp import _mlag as mlag
from pyiccp.wire.iccp import _tree as tree
from pyiccp.wire.iccp import mlacp, stp
from pyiccp.wire.iccp._pdu import Connect, Disconnect, TlvValue
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect

_MODULES: tuple[tuple[Application, ModuleType], ...] = (
    (Application.MLACP, mlacp),
    (Application.STP, stp),
    (Application.MLAG, mlag),
    (Application.MLAG, tree),
    (Application.FDB, fdb),
)

_OWNERS: dict[type, Application] = {
    kind: application
    for application, module in _MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, TlvValue) and kind.__module__ == module.__name__
}
_CONNECTS: dict[int, Application] = {application.value: application for application in Application}
_DISCONNECTS: dict[int, Application] = {Disconnect[application.name].value: application for application in Application}


def owner(tlv: TlvValue) -> Application | None:
    """The application of *tlv*; None for one that belongs to none of ours."""
    if isinstance(tlv, ApplicationConnect):
        return _CONNECTS.get(tlv.type)
    if isinstance(tlv, ApplicationDisconnect):
        return _DISCONNECTS.get(tlv.type)
    return _OWNERS.get(type(tlv))


def disconnect_type(application: Application) -> Disconnect:
    """The type of its Disconnect TLV."""
    return Disconnect[Connect(application.value).name]
