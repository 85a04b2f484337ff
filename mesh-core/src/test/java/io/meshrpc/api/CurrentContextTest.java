package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** However often the holder of a thread is made anew, the context in it is the one that was put there. */
class CurrentContextTest {
  private static final int TIMES = 10_000; // more than one holder is used

  private final CallContext outer = new Named("outer");
  private final CallContext inner = new Named("inner");

  private record Named(String name) implements CallContext {
    @Override
    public Duration timeLeft() {
      return Duration.ZERO;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void onCancel(Runnable action) {}

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public MethodDescriptor<?, ?> method() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Caller caller() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Metadata metadata() {
      return Metadata.EMPTY;
    }

    @Override
    public Priority priority() {
      return Priority.NORMAL;
    }

    @Override
    public void replyMetadata(Metadata metadata) {}
  }

  private static void assertCurrent(CallContext context) {
    assertThat(CallContext.current()).isEqualTo(Optional.ofNullable(context));
  }

  @Test
  void manyFollowEachOther() throws Exception {
    for (int i = 0; i < TIMES; i++) {
      CallContext own = i % 2 == 0 ? outer : inner;
      own.call(() -> {
        assertCurrent(own);
        return null;
      });
      assertCurrent(null);
    }
  }

  @Test
  void oneOutlastsManyInsideIt() throws Exception {
    outer.call(() -> {
      for (int i = 0; i < TIMES; i++) {
        inner.wrap(Runnable::run).execute(() -> assertCurrent(inner));
        assertCurrent(outer);
      }
      return null;
    });
    assertCurrent(null);
  }

  @Test
  void oneOutlastsManyThatAreDetachedFromIt() throws Exception {
    outer.call(() -> {
      for (int i = 0; i < TIMES; i++) {
        CallContext.detached(() -> {
          assertCurrent(null);
          inner.wrap(Runnable::run).execute(() -> assertCurrent(inner));
          assertCurrent(null);
          return "";
        });
        assertCurrent(outer);
      }
      return null;
    });
    assertCurrent(null);
  }

  @Test
  void whatThrowsLeavesTheFormerOne() throws Exception {
    outer.call(() -> {
      for (int i = 0; i < TIMES; i++) {
        assertThatIllegalStateException()
            .isThrownBy(() -> inner.call(() -> {
              throw new IllegalStateException();
            }));
        assertCurrent(outer);
      }
      return null;
    });
    assertCurrent(null);
  }
}
