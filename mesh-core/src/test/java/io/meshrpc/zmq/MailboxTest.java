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
        Integer mail = mailbox.poll();
        if (mail != null) {
          taken.add(mail);
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
  void onlyASleeperIsWokenAndOnlyOnceForEachSleep() {
    Races.play(() -> {
      AtomicInteger wakes = new AtomicInteger();
      Mailbox<Integer> mailbox = new Mailbox<>(wakes::incrementAndGet);
      mailbox.offer(0);
      check(wakes.get() == 0, "woken while awake");
      check(!mailbox.prepareToSleep(), "sleeps with mail in the box");
      mailbox.poll();
      check(mailbox.prepareToSleep(), "does not sleep without mail");
      atOnce(() -> mailbox.offer(1), () -> mailbox.offer(2));
      check(wakes.get() == 1, "woken " + wakes.get() + " times");
      mailbox.awake();
      mailbox.offer(3);
      check(wakes.get() == 1, "woken after it slept");
    });
  }

  @Test
  void mailIsEitherTakenBackOrTakenNeverBothAndNeverNeither() {
    Races.play(() -> {
      Mailbox<Integer> mailbox = new Mailbox<>(() -> {});
      AtomicBoolean back = new AtomicBoolean();
      List<Integer> taken = new ArrayList<>();
      mailbox.offer(1);
      atOnce(
          () -> {
            mailbox.offer(2);
            back.set(mailbox.takeBack(2));
          },
          () -> takeAll(mailbox, taken));
      takeAll(mailbox, taken);
      check(taken.contains(1), "1 is lost");
      check(taken.contains(2) != back.get(), "taken: " + taken + ", taken back: " + back.get());
      check(!mailbox.takeBack(2) && !mailbox.takeBack(1), "there is more than was put in");
    });
  }

  private static void takeAll(Mailbox<Integer> mailbox, List<Integer> taken) {
    Integer mail;
    while ((mail = mailbox.poll()) != null) {
      taken.add(mail);
    }
  }

  /** The way in which a loop ends, and in which mail is posted to it at the same time. */
  @Test
  void mailToALoopThatEndsIsOpenedOrItsSenderKnowsThatItWillNotBe() {
    Races.play(() -> {
      Mailbox<Integer> mailbox = new Mailbox<>(() -> {});
      AtomicBoolean over = new AtomicBoolean();
      AtomicBoolean posted = new AtomicBoolean();
      List<Integer> opened = new ArrayList<>();
      atOnce(
          () -> {
            mailbox.offer(1);
            posted.set(!(over.get() && mailbox.takeBack(1)));
          },
          () -> {
            over.set(true);
            takeAll(mailbox, opened);
          });
      check(opened.contains(1) == posted.get(), "opened: " + opened + ", posted: " + posted.get());
    });
  }
}
