"""The rules that every handed-over file is held to, and the check of files from anybody."""
