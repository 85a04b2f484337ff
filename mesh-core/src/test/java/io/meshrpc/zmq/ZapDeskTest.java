package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.io.Metadata;

/** When the list is looked at. */
@Timeout(60)
class ZapDeskTest {
  private static final ZapDesk.News NOBODY_LISTENS = new ZapDesk.News() {
    @Override
    public void onAdmitted() {}

    @Override
    public void onRefused(String peer, String reason) {}

    @Override
    public void onChange() {}
  };

  /** Knows nobody, or cannot say so, and counts how often it is looked at. */
  private record Counting(boolean fails, AtomicInteger looks) implements CurveAllowList {
    @Override
    public Optional<String> nameOf(String publicKey) {
      if (fails) {
        throw new IllegalStateException("the database is down");
      }
      return Optional.empty();
    }

    @Override
    public boolean refresh(boolean now) {
      looks.incrementAndGet();
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theListIsLookedAtHoweverManyKnock(boolean fails) {
    Counting list = new Counting(fails, new AtomicInteger());
    CurveSecurity security =
        CurveSecurity.server(CurveKeys.generate(), list).withReloadEvery(Duration.ofMillis(200));
    try (ZContext context = new ZContext();
        ZapDesk desk = new ZapDesk(context, security, NOBODY_LISTENS);
        ZMQ.Socket door = context.createSocket(SocketType.REQ)) {
      assertThat(door.connect("inproc://zeromq.zap.01")).isTrue();
      long endNs = System.nanoTime() + 5_000_000_000L;

      while (list.looks.get() < 3 && System.nanoTime() < endNs) {
        knock(door);
      }

      assertThat(list.looks.get()).isEqualTo(3);
    }
  }

  @Test
  void keysWithoutAConnectionAreForgottenAndNotAskedForAgain() {
    List<String> asked = new CopyOnWriteArrayList<>();
    CurveAllowList everybody = key -> {
      asked.add(key);
      return Optional.of("worker");
    };
    CurveSecurity security = CurveSecurity.server(CurveKeys.generate(), everybody)
        .withReloadEvery(Duration.ofMillis(10));
    try (ZContext context = new ZContext();
        ZapDesk desk = new ZapDesk(context, security, NOBODY_LISTENS, 100);
        ZMQ.Socket door = context.createSocket(SocketType.REQ)) {
      assertThat(door.connect("inproc://zeromq.zap.01")).isTrue();
      Metadata first = knock(door, new byte[32]);
      PeerIdentity stays = desk.enter(first);
      assertThat(stays).isEqualTo(desk.enter(first)); // by a second connection
      assertThat(stays).isNotNull();
      for (byte i = 1; i < 100; i++) { // each process has a key of its own
        byte[] key = new byte[32];
        key[0] = i;
        assertThat(knock(door, key)).isNotNull();
      }

      desk.left(stays);
      await().until(() -> desk.count() == 1);
      assertThat(desk.isIn(stays)).isTrue();
      asked.clear();
      security.reload();
      assertThat(asked).containsExactly(stays.key());

      desk.left(stays);
      await().until(() -> desk.count() == 0);
    }
  }

  private static void knock(ZMQ.Socket door) {
    Metadata unused = knock(door, new byte[32]);
  }

  private static Metadata knock(ZMQ.Socket door, byte[] key) {
    for (String part : new String[] {"1.0", "1", "mesh", "127.0.0.1", "", "CURVE"}) {
      door.sendMore(part);
    }
    door.send(key);
    byte[] last = new byte[0];
    boolean more = true;
    while (more) {
      last = door.recv();
      assertThat(last).isNotNull();
      more = door.hasReceiveMore();
    }
    Metadata said = new Metadata();
    assertThat(said.read(ByteBuffer.wrap(last), 0, null)).isZero();
    return said;
  }
}
