"""Does the exported model really load and answer, away from everything that made it?"""
