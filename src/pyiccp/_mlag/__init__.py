"""MLAG: two nodes that a client takes for one. Rules M0-M14; each function names the one it carries out."""
