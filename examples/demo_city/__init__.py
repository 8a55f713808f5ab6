"""示例市: an openly synthetic city that writes its term's files as offices really do.

Nothing here is used by the system itself; it only makes files for it, and plays the people of the term.
"""
