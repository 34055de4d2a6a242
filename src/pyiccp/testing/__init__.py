"""For the tests of other people's code: inputs of every protocol that this package knows, valid and otherwise.

`strategies` and `conversations` are for Hypothesis (extra `testing`); everything else needs no more than this package:
valid PDUs from the layout tables (`protocols`, `synthesis`), a structure-aware mutator (`tree`, `mutation`), smaller
inputs that do the same (`reduction`), corpora (`corpus`), and a hunt on a device under test (`campaign`).
"""

from pyiccp.testing.campaign import Device, Finding, hunt, replay
from pyiccp.testing.corpus import Case, cases
from pyiccp.testing.mutation import Change, Edit, Mutant, Mutator
from pyiccp.testing.protocols import PROTOCOLS, Protocol
from pyiccp.testing.reduction import fewest, minimise, shrink
from pyiccp.testing.synthesis import synthesise
from pyiccp.testing.tree import Place, Seed, Slot

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
