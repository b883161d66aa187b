"""From files and databases to a ledger: by a layout, or recognised without one."""
