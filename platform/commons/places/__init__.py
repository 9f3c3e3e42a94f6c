"""Places: the tree of country, region, district, municipality and settlement."""
