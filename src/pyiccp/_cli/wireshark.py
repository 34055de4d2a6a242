"""`pyiccp wireshark`: a dissector for Wireshark and tshark."""

import click

from pyiccp._cli.output import emit


@click.command(short_help="Print a dissector for what Wireshark lacks.")
def wireshark() -> None:
    """Print a dissector for Wireshark and tshark, written from the layout tables.

    It shows pyiccp's link (EtherType 0x88B5, told by destination and magic), its keepalive, the TLV values of ICCP
    inside LDP, which Wireshark lacks, and SONiC's dialect on TCP 8888. Filter names begin with pyiccp. and iccp.

    \b
    Examples:
      pyiccp wireshark > ~/.local/lib/wireshark/plugins/pyiccp.lua
      tshark -X lua_script:pyiccp.lua -r session.pcap -O iccp
    """
    from pyiccp.capture._wireshark import dissector

    emit(dissector())
