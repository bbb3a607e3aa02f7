"""Quotations, word for word: taken from a source, found in a post, and held against what its sources say.

``marks`` finds what a paragraph quotes, ``speech`` tells who speaks there, ``words`` takes quotations from sources and
finds them there, ``gaps`` looks at what they leave out, ``told`` has all that a post says and its sources tell, and
``spoken`` judges the quotations in running text.
"""
