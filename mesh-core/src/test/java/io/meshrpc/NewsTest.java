package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.MeshListener;
import io.meshrpc.api.PeerState;
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
  private static final int MOVES_MAX = 10_000;

  private final List<Long> totals = new CopyOnWriteArrayList<>();
  private final List<String> moves = new CopyOnWriteArrayList<>();
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

    @Override
    public void onTransition(Transition move) {
      moves.add(move.reason());
    }
  });

  @AfterEach
  void closes() {
    hang.countDown();
    news.close();
  }

  private void strays(int count) {
    for (int i = 0; i < count; i++) {
      news.stray("127.0.0.1:1", 1, "no batch");
    }
  }

  private void move(int number) {
    news.transition(new MeshListener.Transition(
        "tcp://127.0.0.1:1", "", PeerState.UP, PeerState.DOWN, "move " + number));
  }

  @Test
  void movesThatAStuckListenerIsNotToldOfAreBoundedAndLogged() {
    strays(1);
    await().until(() -> totals.size() == 1); // the listener has it and does not come back
    try (LogEars log = new LogEars()) {
      for (int i = 1; i <= MOVES_MAX; i++) {
        move(i);
      }
      assertThat(log.texts()).noneMatch(line -> line.contains("does not come back"));
      move(MOVES_MAX + 1);
      assertThat(log.texts()).anyMatch(line -> line.contains("does not come back"));
    }
    hang.countDown();
    await().until(() -> moves.size() == MOVES_MAX);
    move(MOVES_MAX + 2);

    await().until(() -> moves.contains("move " + (MOVES_MAX + 2)));
    assertThat(moves).hasSize(MOVES_MAX + 1).doesNotContain("move " + (MOVES_MAX + 1));
  }

  @Test
  void whatIsCommonDoesNotHideInTheLogWhatIsNot() {
    try (LogEars log = new LogEars()) {
      for (int i = 0; i < 100; i++) {
        news.shownOut("127.0.0.1:" + i, "it ended before its first frame");
      }
      news.shownOut("127.0.0.1:7", "connections: 2001 (expected: <= 2000)");
      news.stray("127.0.0.1:8", 3, "field 1 does not end");
      news.stray("127.0.0.1:9", 3, "field 2 does not end");

      assertThat(log.texts())
          .filteredOn(line -> line.contains("closed a connection"))
          .hasSize(7 + 1)
          .last()
          .isEqualTo(
              "closed a connection, 1 times: 127.0.0.1:7: connections: 2001 (expected: <= 2000)");
      assertThat(log.texts())
          .contains(
              "dropped bytes that are not of the mesh, 1 times: 127.0.0.1:8: field 1 does not end",
              "dropped bytes that are not of the mesh, 2 times: 127.0.0.1:9: field 2 does not end");
    }
  }

  @Test
  void kindsWithoutEndAreCountedTogether() {
    Kinds kinds = new Kinds();
    int lines = 0;
    for (int i = 0; i < 1024; i++) {
      String name = Integer.toString(i, 36).replaceAll("\\d", "_") + Character.toString(0x4e00 + i);
      lines += kinds.worthALine(name) > 0 ? 1 : 0;
    }
    assertThat(lines).isEqualTo(64 + 10); // of 960 others the 1st, 2nd, …, 512th
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
