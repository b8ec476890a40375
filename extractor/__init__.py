"""Deals out of business news: who pays whom, how much, how many gigawatts, when, on whose word."""
