package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The turns of a loop, with a transport and a node that do as told. */
class NodeLoopTest {
  /** Frames without end that hold nothing for an engine. */
  private static final class Flood extends StillTransport {
    @Override
    public int receive(Sink sink, int max) {
      sink.onFrame(1, new byte[0]);
      return 1;
    }
  }

  /** Is done after three ticks. */
  private static class Ticks implements Node<Object> {
    private int ticks;

    @Override
    public Object engine() {
      return this;
    }

    @Override
    public void onFrame(long route, byte[] frame) {}

    @Override
    public void onGone(long route) {}

    @Override
    public boolean hasEnough() {
      return false;
    }

    @Override
    public void setNow(long nowNs) {}

    @Override
    public void tick(long nowNs) {
      ticks++;
    }

    @Override
    public long nextTick() {
      return Long.MAX_VALUE;
    }

    @Override
    public void flush(long nowNs) {}

    @Override
    public boolean isDone(long nowNs) {
      return ticks >= 3;
    }

    @Override
    public void abort(long nowNs) {}

    @Override
    public void onClosed() {}
  }

  @Test
  void aFloodOfFramesThatAreDroppedDoesNotStopTheClock() {
    NodeLoop<Object> loop = new NodeLoop<>("flooded", new Flood(), new Ticks(), 0);
    loop.start();

    assertThat(loop.awaitEnd(TimeUnit.SECONDS.toNanos(20))).isTrue();
  }

  /** A frame whose second part comes when there is room for it. */
  private static final class InTwoParts extends Ticks {
    private int left = 2;
    private int turns;

    @Override
    public void setNow(long nowNs) {
      turns++;
    }

    @Override
    public boolean hasEnough() {
      return turns % 2 == 0 || left < 2 - turns / 2;
    }

    @Override
    public boolean hasRest() {
      return left > 0;
    }

    @Override
    public void takeRest() {
      left--;
    }

    @Override
    public boolean isDone(long nowNs) {
      return left == 0;
    }
  }

  @Test
  void whatIsLeftOfAFrameIsTakenUpThoughNothingMoreComes() {
    AtomicInteger sleeps = new AtomicInteger();
    Transport transport = new StillTransport() {
      @Override
      public void await(long timeoutNs) {
        sleeps.incrementAndGet();
      }
    };
    NodeLoop<Object> loop = new NodeLoop<>("parts", transport, new InTwoParts(), 0);
    loop.start();

    assertThat(loop.awaitEnd(TimeUnit.SECONDS.toNanos(20))).isTrue();
    assertThat(sleeps).hasValue(0);
  }
}
