"""The process in which a file is opened: bounded in time, memory, files and network."""
