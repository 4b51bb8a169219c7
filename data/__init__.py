"""Floor 1: the complaint record, readers, privacy, splits and the catalog of categories, functions and agencies."""
