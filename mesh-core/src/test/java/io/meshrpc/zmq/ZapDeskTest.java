package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

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

  private static void knock(ZMQ.Socket door) {
    for (String part : new String[] {"1.0", "1", "mesh", "127.0.0.1", "", "CURVE"}) {
      door.sendMore(part);
    }
    door.send(new byte[32]);
    boolean more = true;
    while (more) {
      assertThat(door.recv()).isNotNull();
      more = door.hasReceiveMore();
    }
  }
}
