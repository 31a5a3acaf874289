"""Reports: one HTML file each, which opens offline."""
