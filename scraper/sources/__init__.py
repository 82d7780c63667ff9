"""Where captures come from: the site, the Wayback Machine, Common Crawl, files; one module each.

Rule: a source finds and fetches; what it got goes into the run's segment before it goes on.
"""
