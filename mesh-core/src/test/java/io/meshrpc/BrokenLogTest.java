package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A logger that fails, as that of the JDK does at its first line if there is no file descriptor left. */
@Timeout(60)
class BrokenLogTest {
  private static final class Broken extends Handler {
    private final Logger log = Logger.getLogger("io.meshrpc");
    private final AtomicInteger lines = new AtomicInteger();

    Broken() {
      log.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
      lines.incrementAndGet();
      throw new NoClassDefFoundError("Could not initialize class sun.util.calendar.ZoneInfoFile");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      log.removeHandler(this);
    }
  }

  @Test
  void aServerThatShowsStrangersOutGoesOn() throws Exception {
    Broken log = new Broken();
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      URI address = URI.create(server.endpoint());
      new Socket(address.getHost(), address.getPort()).close();
      await().until(() -> log.lines.get() > 0);
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
      try (MeshClient next = client(server).build()) {
        assertThat(next.call(READ, "alive", DEFAULT)).isEqualTo("alive");
      }
    } finally {
      log.close();
    }
  }

  @Test
  void aClientOfAHostThatIsNotKnownGoesOn() {
    Broken log = new Broken();
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh =
            client(server).connect("tcp://no-such-host.invalid:7400").build()) {
      await().until(() -> log.lines.get() > 0);
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    } finally {
      log.close();
    }
  }
}
