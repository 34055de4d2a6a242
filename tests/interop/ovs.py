"""An Open vSwitch of its own in a namespace: userspace datapath, own database, own sockets."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from interop.spaces import Space, run, until

PATIENCE = 20.0
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class Ovs:
    """The two daemons, started. Paths of unix sockets are short, so *folder* must be."""

    def __init__(self, space: Space, folder: Path) -> None:
        self.space = space
        self.folder = folder / space.name
        self.folder.mkdir()
        self._database = f"unix:{self.folder}/db"
        run("ovsdb-tool", "create", f"{self.folder}/conf.db", SCHEMA)
        serve = ("ovsdb-server", f"{self.folder}/conf.db", f"--remote=punix:{self.folder}/db")
        log = self.folder / "log"
        self._processes = [space.start(*serve, *self._own("ovsdb-server"), log=log)]
        until("ovsdb-server listens", (self.folder / "db").exists, PATIENCE, log.read_text)
        self.vsctl("--no-wait", "init")
        self._processes.append(space.start("ovs-vswitchd", self._database, *self._own("vswitchd"), log=log))
        until("ovs-vswitchd listens", (self.folder / "vswitchd.ctl").exists, PATIENCE, log.read_text)

    def _own(self, name: str) -> list[str]:
        at = f"{self.folder}/{name}"
        return ["--no-chdir", f"--unixctl={at}.ctl", f"--pidfile={at}.pid", f"--log-file={at}.log", "-vconsole:off"]

    def vsctl(self, *words: str) -> str:
        return run("ovs-vsctl", f"--db={self._database}", "--timeout=20", *words)

    def appctl(self, *words: str) -> str:
        return run("ovs-appctl", "--timeout=20", "-t", f"{self.folder}/vswitchd.ctl", *words)

    def bridge(self, name: str, mac: str, *settings: str) -> None:
        """A switch that learns; its MAC is fixed, so that nobody's table outlives it."""
        made = ["add-br", name, "--", "set", "bridge", name, "datapath_type=netdev", "fail-mode=standalone"]
        self.vsctl(*made, f"other-config:hwaddr={mac}", *settings)

    def port(self, bridge: str, name: str, *settings: str) -> None:
        more = ("--", "set", "port", name, *settings) if settings else ()
        self.vsctl("add-port", bridge, name, *more)

    def bond(self, bridge: str, name: str, one: str, other: str) -> None:
        """Active, fast and by 5-tuple. It spreads its flows over the links again, once a second, only when told to."""
        words = ["add-bond", bridge, name, one, other, "lacp=active", "bond_mode=balance-tcp"]
        words += ["other_config:lacp-time=fast", "other_config:bond-rebalance-interval=1000"]
        self.vsctl(*words)

    def host(self, bridge: str, name: str, mac: str, address: str) -> None:
        """The machine's own end of *bridge*."""
        made = ["add-port", bridge, name, "--", "set", "interface", name, "type=internal", f'mac="{mac}"']
        self.vsctl(*made)
        self.space.ip("addr", "add", address, "dev", name)
        self.space.up(name)

    def lacp(self, bond: str) -> dict[str, Any]:
        """`partner`: MAC address; `carrying`: names of the members that are enabled with a partner in sync."""
        text = self.appctl("lacp/show", bond)
        members = re.split(r"^(?:member|slave): ", text, flags=re.MULTILINE)[1:]
        up = dict(re.findall(r"^(?:member|slave) (\S+): (\S+)", self.appctl("bond/show", bond), re.MULTILINE))
        carrying, partner = set(), ""
        for member in members:
            name = member.split(":", 1)[0]
            state = re.search(r"partner state: (.*)", member)
            system = re.search(r"partner sys_id: (\S+)", member)
            if up.get(name) == "enabled" and state and "synchronized" in state[1].split():
                carrying.add(name)
                partner = system[1] if system else ""
        return {"partner": partner, "carrying": carrying, "text": text}

    def column(self, table: str, column: str, record: str) -> Any:
        """One column as plain values; a map as a dictionary."""
        done = json.loads(self.vsctl("--format=json", f"--columns={column}", "list", table, record))
        value = done["data"][0][0]
        return dict(value[1]) if isinstance(value, list) and value[0] == "map" else value

    def end(self) -> None:
        """Bridges first: their own ends are persistent TAP interfaces, which SIGTERM leaves behind."""
        if self._processes[-1].poll() is None and len(self._processes) == 2:
            for bridge in self.vsctl("list-br").split():
                self.vsctl("del-br", bridge)
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(PATIENCE)
        shutil.rmtree(self.folder)
