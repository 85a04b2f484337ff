package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.MeshListener;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a listener is told while it does not come back. */
@Timeout(60)
class NewsTest {
  private static final int WAITING_MAX = 1000;

  private final List<Long> totals = new CopyOnWriteArrayList<>();
  private final List<Long> refused = new CopyOnWriteArrayList<>();
  private final CountDownLatch hang = new CountDownLatch(1);
  private final News news = new News("test", new MeshListener() {
    @Override
    public void onStrayBytes(StrayBytes stray) {
      totals.add(stray.total());
      Contract.awaitQuietly(hang);
    }

    @Override
    public void onRefusedPeer(RefusedPeer peer) {
      refused.add(peer.total());
    }
  });

  @AfterEach
  void closes() {
    hang.countDown();
    news.close();
  }

  private void strays(int count) {
    for (int i = 0; i < count; i++) {
      news.stray(1, "no batch");
    }
  }

  @Test
  void noMoreThanAThousandRefusedStrangersWaitForTheListener() {
    strays(1);
    await().until(() -> totals.size() == 1); // the listener has it and does not come back
    for (int i = 0; i < WAITING_MAX + 5; i++) {
      news.refused("127.0.0.1:" + i, "no certificate");
    }
    hang.countDown();
    await().until(() -> refused.size() == WAITING_MAX);
    news.refused("127.0.0.1:1", "no certificate");
    await().until(() -> refused.contains(WAITING_MAX + 6L));
    assertThat(refused).hasSize(WAITING_MAX + 1);
  }

  @Test
  void whatNoThreadCouldBeHadForTakesNoRoom() {
    AtomicBoolean noThreads = new AtomicBoolean(true);
    ExecutorService thread = new AbstractExecutorService() {
      @Override
      public void execute(Runnable task) {
        if (noThreads.get()) {
          throw new OutOfMemoryError("unable to create native thread");
        }
        task.run();
      }

      @Override
      public void shutdown() {}

      @Override
      public List<Runnable> shutdownNow() {
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return false;
      }

      @Override
      public boolean isTerminated() {
        return false;
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
      }
    };
    News told = new News(thread, new MeshListener() {
      @Override
      public void onRefusedPeer(RefusedPeer peer) {
        refused.add(peer.total());
      }
    });
    for (int i = 0; i < WAITING_MAX; i++) {
      told.refused("127.0.0.1:1", "no certificate");
    }
    noThreads.set(false);
    told.refused("127.0.0.1:1", "no certificate");
    assertThat(refused).containsExactly(WAITING_MAX + 1L);
  }

  @Test
  void aThousandPiecesWaitAndWhatComesBeyondIsOnlyCounted() {
    strays(1);
    await().until(() -> totals.size() == 1); // the listener has it and does not come back
    strays(WAITING_MAX);
    strays(5); // beyond

    hang.countDown();
    await().until(() -> totals.size() == 1 + WAITING_MAX);
    strays(1);

    await().until(() -> totals.contains(WAITING_MAX + 7L));
    assertThat(totals)
        .containsExactlyElementsOf(LongStream.concat(
                LongStream.rangeClosed(1, 1 + WAITING_MAX), LongStream.of(WAITING_MAX + 7))
            .boxed()
            .toList());
  }
}
