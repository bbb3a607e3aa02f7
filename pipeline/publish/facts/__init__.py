"""What is known before a page is made: posts and what they say, the author, what stands on which list, and where."""
