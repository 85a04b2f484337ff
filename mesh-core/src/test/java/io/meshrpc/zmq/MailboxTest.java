package io.meshrpc.zmq;

import static io.meshrpc.Races.atOnce;
import static io.meshrpc.Races.check;

import io.meshrpc.Races;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a {@link Mailbox} owes its owner and those who write to it, in whatever order they come. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a lost wake-up hangs
class MailboxTest {
  /** The owner of a mailbox: takes so much mail, and sleeps when there is none. */
  private static final class Owner {
    final List<Integer> taken = new ArrayList<>();
    final AtomicBoolean woken = new AtomicBoolean();
    final Mailbox<Integer> mailbox = new Mailbox<>(() -> woken.set(true));

    void take(int count) {
      while (taken.size() < count) {
        if (mailbox.open(1, taken::add) > 0) {
          continue;
        }
        woken.set(false);
        if (mailbox.prepareToSleep()) {
          while (!woken.get()) { // nobody but the waker ends it
            Thread.onSpinWait();
          }
          mailbox.awake();
        }
      }
    }
  }

  @Test
  void noMailIsSleptOver() {
    Races.play(() -> {
      Owner owner = new Owner();
      atOnce(
          () -> owner.take(3),
          () -> {
            owner.mailbox.offer(1);
            owner.mailbox.offer(2);
          },
          () -> owner.mailbox.offer(3));
      List<Integer> taken = owner.taken;
      check(taken.contains(3), "lost: " + taken);
      check(taken.indexOf(1) >= 0 && taken.indexOf(1) < taken.indexOf(2), "order: " + taken);
    });
  }

  @Test
  void anOwnerThatFoundMailBeforeItSleptIsNotWoken() {
    AtomicInteger wakes = new AtomicInteger();
    Mailbox<Integer> mailbox = new Mailbox<>(wakes::incrementAndGet);
    mailbox.offer(1);
    check(!mailbox.prepareToSleep(), "there is mail");
    mailbox.offer(2);
    check(wakes.get() == 0, "woken: " + wakes);
  }

  @Test
  void onlyASleeperIsWokenAndOnlyOnceForEachSleep() {
    Races.play(() -> {
      AtomicInteger wakes = new AtomicInteger();
      Mailbox<Integer> mailbox = new Mailbox<>(wakes::incrementAndGet);
      mailbox.offer(0);
      check(wakes.get() == 0, "woken while awake");
      check(!mailbox.prepareToSleep(), "sleeps with mail in the box");
      check(mailbox.open(1, mail -> {}) == 1, "no mail");
      check(mailbox.prepareToSleep(), "does not sleep without mail");
      atOnce(() -> mailbox.offer(1), () -> mailbox.offer(2));
      check(wakes.get() == 1, "woken " + wakes.get() + " times");
      mailbox.awake();
      mailbox.offer(3);
      check(wakes.get() == 1, "woken after it slept");
    });
  }

  @Test
  void whatIsOfferedToAClosedMailboxIsOpenedOrRefusedNeverBothAndNeverNeither() {
    Races.play(() -> {
      Mailbox<Integer> mailbox = new Mailbox<>(() -> {});
      AtomicBoolean kept = new AtomicBoolean();
      List<Integer> opened = new ArrayList<>();
      mailbox.offer(1);
      mailbox.close();
      atOnce(() -> kept.set(mailbox.offer(2)), () -> openAll(mailbox, opened));
      openAll(mailbox, opened); // what was refused is not there any more
      check(opened.contains(1), "1 is lost");
      check(opened.contains(2) == kept.get(), "opened: " + opened + ", kept: " + kept.get());
    });
  }

  private static void openAll(Mailbox<Integer> mailbox, List<Integer> opened) {
    mailbox.open(Integer.MAX_VALUE, opened::add);
  }

  /** The way in which a loop ends, and in which mail is posted to it at the same time. */
  @Test
  void mailToALoopThatEndsIsOpenedOrItsSenderKnowsThatItWillNotBe() {
    Races.play(() -> {
      Mailbox<Integer> mailbox = new Mailbox<>(() -> {});
      AtomicBoolean kept = new AtomicBoolean();
      List<Integer> opened = new ArrayList<>();
      atOnce(() -> kept.set(mailbox.offer(1)), () -> {
        mailbox.close();
        openAll(mailbox, opened);
      });
      check(opened.contains(1) == kept.get(), "opened: " + opened + ", kept: " + kept.get());
    });
  }

  @Test
  void itOpensSoManyAtMostAndGoesOnWithTheNext() {
    Mailbox<Integer> mailbox = new Mailbox<>(() -> {});
    List<Integer> opened = new ArrayList<>();
    for (int mail = 1; mail <= 5; mail++) {
      check(mailbox.offer(mail), "refused");
    }
    check(mailbox.open(2, opened::add) == 2, "not two");
    check(!mailbox.prepareToSleep(), "sleeps with mail in the box");
    check(mailbox.open(9, opened::add) == 3, "not the other three");
    check(opened.equals(List.of(1, 2, 3, 4, 5)), "order: " + opened);
    check(mailbox.open(9, opened::add) == 0, "more than there was");
  }

  @Test
  void oneThatCannotBeOpenedIsNotOpenedAgainAndHoldsUpNoOther() {
    Mailbox<Integer> mailbox = new Mailbox<>(() -> {});
    List<Integer> opened = new ArrayList<>();
    mailbox.offer(1);
    mailbox.offer(2);
    boolean failed = false;
    try {
      mailbox.open(9, mail -> {
        throw new IllegalStateException("mail " + mail);
      });
    } catch (IllegalStateException e) {
      failed = true;
    }
    openAll(mailbox, opened);
    check(failed && opened.equals(List.of(2)), "failed: " + failed + ", opened: " + opened);
  }
}
