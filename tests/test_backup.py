"""What is backed up comes back the same, by the right key only; and a store moves from one engine to the other."""
