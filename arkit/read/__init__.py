"""From files and databases to tables: by a layout, or recognised without one."""
