"""What a post says is so: numbers, dates and names, held against what its sources tell.

``numbers`` and ``dates`` read them, ``facts`` looks at the author's sentences, ``vouched`` at those of a model, more
strictly, and ``assisted`` tells which these are.
"""
