"""Print the octet table of every format, or of those whose name contains an argument."""

import sys

from pyiccp.wire._catalogue import every
from pyiccp.wire._octets import octet_table


def main(wanted: list[str]) -> None:
    chosen = [form for form in every() if not wanted or any(word.lower() in form.name.lower() for word in wanted)]
    print("\n\n".join(map(octet_table, chosen)))


if __name__ == "__main__":
    main(sys.argv[1:])
