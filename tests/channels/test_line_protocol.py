"""What every conversation in lines keeps to, whichever protocol it speaks."""

import pytest

from action_returns.channels.ftp_client import FtpClient
from action_returns.channels.smtp_client import SmtpClient
from tests.servers.go_between import listening_for


@pytest.mark.parametrize("client_class", [FtpClient, SmtpClient])
@pytest.mark.parametrize("said", [b"", b"220-half of it\r\n", b"220-half of it\r\n220 the re"])
def test_a_server_in_the_middle_of_a_reply_is_sent_no_further_command(client_class, said):
    heard = []

    def say_half(connection):
        connection.sendall(said)
        heard.append(connection.recv(100))

    with listening_for(say_half) as port:
        client = client_class("127.0.0.1", port, connect_timeout=3, reply_timeout=0.2, tls=None)
        with pytest.raises(TimeoutError):
            client.reply()
        client.close()
    assert heard == [b""]
