"""Decision side of Dongui: the store, the review, releases, exports and adjusted checkpoints."""
