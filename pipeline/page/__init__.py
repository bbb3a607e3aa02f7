"""Web pages: what they say of feeds, and the text of the article that they show. It asks the web for nothing."""
