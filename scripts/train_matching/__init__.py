"""Trains the name matcher's weights and counts its reference frequencies.

``python -m scripts.train_matching --data ../shared/data`` writes ``node/matching/model.json`` and
``node/matching/index/name_frequencies.npz``. Only data whose licence allows shipping what is learned from
it is read; ``docs/reference/name-matching-model.md`` is the card.
"""
