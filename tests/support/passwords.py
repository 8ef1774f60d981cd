"""A password store in memory, in place of the one of this machine."""

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class MemoryStore(KeyringBackend):
    """Keeps passwords as (service, name) -> password."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)
