"""Words for readers: columns and their kinds, formats of numbers and days, catalogues, headers of exports."""
