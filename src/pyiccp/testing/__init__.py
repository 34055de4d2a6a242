"""For the tests of other people's code: inputs of every protocol that this package knows, valid and otherwise.

`strategies` and `conversations` are for Hypothesis (extra `testing`); everything else needs no more than this package:
valid PDUs from the layout tables (`_protocols`, `_synthesis`), a structure-aware mutator (`_tree`, `_mutation`),
smaller inputs that do the same (`_reduction`), corpora (`_corpus`), and a hunt on a device under test (`_campaign`).
"""

from pyiccp.testing._campaign import Device, Finding, hunt, replay
from pyiccp.testing._corpus import Case, cases
from pyiccp.testing._mutation import Change, Edit, Mutant, Mutator
from pyiccp.testing._protocols import PROTOCOLS, Protocol
from pyiccp.testing._reduction import fewest, minimise, shrink
from pyiccp.testing._synthesis import synthesise
from pyiccp.testing._tree import Place, Seed, Slot

__all__ = [
    "PROTOCOLS",
    "Case",
    "Change",
    "Device",
    "Edit",
    "Finding",
    "Mutant",
    "Mutator",
    "Place",
    "Protocol",
    "Seed",
    "Slot",
    "cases",
    "fewest",
    "hunt",
    "minimise",
    "replay",
    "shrink",
    "synthesise",
]
