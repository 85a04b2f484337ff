package io.meshrpc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A list of clients in a file: what it says, and when it is read again. */
class AllowListFileTest {
  private static final String ALICE = CurveKeys.generate().publicKey();
  private static final String BOB = CurveKeys.generate().publicKey();

  @TempDir
  private Path directory;

  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("clients.allow");
  }

  private CurveAllowList list(String text) throws IOException {
    Files.writeString(file, text);
    return CurveAllowList.file(file);
  }

  @Test
  void eachLineIsAKeyAndAName() throws IOException {
    CurveAllowList list =
        list("# clients\n\n" + ALICE + " alice\n  " + BOB + "\tbob of sales  \n#\n");

    assertThat(list.nameOf(ALICE)).contains("alice");
    assertThat(list.nameOf(BOB)).contains("bob of sales");
    assertThat(list.nameOf(CurveKeys.generate().publicKey())).isEmpty();
  }

  @Test
  void anEmptyFileLetsNobodyIn() throws IOException {
    assertThat(list("").nameOf(ALICE)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "KEY, 'line 2: one word'",
    "'KEY  ', 'line 2: one word'",
    "short alice, 'line 2: public key: 5 characters (expected: 40 characters of Z85)'",
    "# alice, ''",
    "#alice likes this, ''"
  })
  void aLineThatIsWrongIsNamedByItsNumberAndNotShown(String line, String message)
      throws IOException {
    String text = BOB + " bob\n" + line.replace("KEY", ALICE) + "\n";
    if (message.isEmpty()) {
      assertThat(list(text).nameOf(BOB)).contains("bob");
      return;
    }
    assertThatThrownBy(() -> list(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ", " + message)
        .hasMessageNotContaining(ALICE);
  }

  @Test
  void aKeyTwiceIsRefused() throws IOException {
    assertThatThrownBy(() -> list(ALICE + " alice\n" + ALICE + " admin\n"))
        .hasMessageContaining("line 2: the key of admin (expected: each key once)");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> CurveAllowList.file(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("allow-list: " + file + " (expected: a file that can be read)");
  }

  @Test
  void itIsReadAgainOnceItHasChangedAndStayedTheSameForOneLook() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n");
    assertThat(list.refresh(false)).isFalse();

    Files.writeString(file, ALICE + " alice\n" + BOB + " bob\n");
    assertThat(list.refresh(false)).isFalse(); // may be being written
    assertThat(list.nameOf(BOB)).isEmpty();
    assertThat(list.refresh(false)).isTrue();
    assertThat(list.nameOf(BOB)).contains("bob");
    assertThat(list.refresh(false)).isFalse();
  }

  @Test
  void halfAFileIsNotTakenForTheWhole() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n" + BOB + " bob\n");

    Files.writeString(file, ALICE + " alice\n");
    assertThat(list.refresh(false)).isFalse();
    Files.writeString(file, ALICE + " alice\n" + BOB + " robert\n");
    assertThat(list.refresh(false)).isFalse();
    assertThat(list.nameOf(BOB)).contains("bob");
    assertThat(list.refresh(false)).isTrue();
    assertThat(list.nameOf(BOB)).contains("robert");
  }

  @Test
  void aWrongOneIsComplainedOfOnceAndWhatWasReadHolds() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n");

    Files.writeString(file, "nonsense\n");
    assertThat(list.refresh(false)).isFalse();
    assertThatThrownBy(() -> list.refresh(false)).hasMessageContaining("line 1");
    assertThat(list.refresh(false)).isFalse();
    assertThat(list.nameOf(ALICE)).contains("alice");

    Files.writeString(file, BOB + " bob\n");
    assertThat(list.refresh(false)).isFalse();
    assertThat(list.refresh(false)).isTrue();
    assertThat(list.nameOf(ALICE)).isEmpty();
  }

  @Test
  void aFileThatGoesAwayForAWhileChangesNothing() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n");

    Files.delete(file);

    assertThat(list.refresh(false)).isFalse();
    assertThat(list.nameOf(ALICE)).contains("alice");
    assertThatThrownBy(() -> list.refresh(true)).hasMessageStartingWith("allow-list: " + file);
  }

  @Test
  void aFileThatStaysAwayIsComplainedOfOnce() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n");

    Files.delete(file);

    assertThat(list.refresh(false)).isFalse();
    assertThatThrownBy(() -> list.refresh(false)).hasMessageStartingWith("allow-list: " + file);
    assertThat(list.refresh(false)).isFalse();
    assertThat(list.nameOf(ALICE)).contains("alice");
  }

  @Test
  void aFileThatCouldNotBeReadIsTriedAgainThoughItLooksTheSame() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n");
    String bob = BOB + " bob\n";
    FileTime time = FileTime.fromMillis(1_000_000_000_000L);
    byte[] noText = bob.getBytes(StandardCharsets.US_ASCII);
    noText[0] = (byte) 0xFF; // cannot be read, as a file that others own before its mode is mended

    Files.write(file, noText);
    Files.setLastModifiedTime(file, time);
    assertThat(list.refresh(false)).isFalse();
    assertThatThrownBy(() -> list.refresh(false)).hasMessageStartingWith("allow-list: " + file);
    assertThat(list.refresh(false)).isFalse();

    Files.writeString(file, bob);
    Files.setLastModifiedTime(file, time);
    assertThat(list.refresh(false)).isTrue();
    assertThat(list.nameOf(ALICE)).isEmpty();
    assertThat(list.nameOf(BOB)).contains("bob");
  }

  @Test
  void whoAsksForItGetsItReadAtOnce() throws IOException {
    CurveAllowList list = list(ALICE + " alice\n");

    Files.writeString(file, BOB + " bob\n");

    assertThat(list.refresh(true)).isTrue();
    assertThat(list.nameOf(BOB)).contains("bob");
  }

  @Test
  void aListByHandIsCheckedToo() {
    assertThatThrownBy(() -> CurveAllowList.of(Map.of("x", "alice")))
        .hasMessage("public key: 1 characters (expected: 40 characters of Z85)");
    assertThatThrownBy(() -> CurveAllowList.of(Map.of(ALICE, " ")))
        .hasMessage("name: 0 characters (expected: 1 to 255)");
  }
}
