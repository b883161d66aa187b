"""An export of any system to a layout: what each thing in the file is, on which evidence, or what must be asked."""
