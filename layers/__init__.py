"""The map: what is drawn, in which colours, and how it reaches the browser.

Nothing here opens a file or knows Streamlit; frames come in, a folium map goes out.
"""
