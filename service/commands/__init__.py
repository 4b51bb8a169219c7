"""One file per command of the ``pilah`` program."""
