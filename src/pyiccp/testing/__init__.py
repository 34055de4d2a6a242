"""For the tests of other people's code: Hypothesis strategies over every format."""
