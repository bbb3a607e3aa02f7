"""Bytes that came from outside, made what a parser can read: UTF-8, and XML that is some. It knows no feed or page."""
