"""Is what every signature answers what Beam's Transform and the trained network answer?"""
