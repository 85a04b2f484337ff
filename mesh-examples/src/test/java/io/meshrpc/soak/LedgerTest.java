package io.meshrpc.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.soak.Ledger.Told;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge of the soak says no when it must. */
class LedgerTest {
  @TempDir
  Path directory;

  private final Ledger ledger = new Ledger();

  private Ledger.Verdict judge(boolean mayRepeat, boolean calm, Told told, long... books)
      throws IOException {
    ledger.end(ledger.begin(), mayRepeat, calm, told);
    Path file = directory.resolve("server.books");
    Files.createFile(file);
    for (long entry : books) {
      byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(entry).array();
      Files.write(file, bytes, StandardOpenOption.APPEND);
    }
    return ledger.judge(directory);
  }

  @Test
  void aCallThatRanOnceAndWasAnsweredIsInOrder() throws IOException {
    assertThat(judge(false, true, Told.OK, 1, -1).agrees()).isTrue();
  }

  @Test
  void aCallThatRanTwiceIsInOrderOnlyIfItMayRepeat() throws IOException {
    assertThat(judge(true, false, Told.OK, 1, -1, 1, -1).agrees()).isTrue();
    ledger.end(ledger.begin(), false, false, Told.OK);
    Files.write(
        directory.resolve("other.books"),
        ByteBuffer.allocate(32).putLong(2).putLong(-2).putLong(2).putLong(-2).array());
    assertThat(ledger.judge(directory).wrong()).singleElement().asString().contains("twice");
  }

  @Test
  void anAnswerNeedsAnExecutionThatEnded() throws IOException {
    assertThat(judge(true, false, Told.OK, 1).wrong()).hasSize(1);
  }

  @Test
  void whatWasReportedAsNotExecutedMustNotHaveRun() throws IOException {
    assertThat(judge(true, false, Told.NOT_EXECUTED, 1, -1).wrong()).hasSize(1);
  }

  @Test
  void nothingIsUnknownWithoutAFault() throws IOException {
    assertThat(judge(true, true, Told.UNKNOWN, 1, -1).wrong()).hasSize(1);
  }

  @Test
  void aCallThatNeverEndsAndOneThatEndsTwiceAreFound() throws IOException {
    ledger.begin();
    assertThat(judge(true, false, Told.OK, 2, -2).agrees()).isFalse();
    ledger.end(1, true, false, Told.UNKNOWN);
    assertThat(ledger.judge(directory).agrees()).isTrue();
    ledger.end(1, true, false, Told.UNKNOWN);
    assertThat(ledger.judge(directory).agrees()).isFalse();
  }
}
