import { type CallbackTexts, text } from '../callback-texts.ts'

const list = (titles: readonly string[]): string => new Intl.ListFormat('de').format(titles.map((one) => `„${one}“`))

/** What the pages after consent say, in German. */
export const german: CallbackTexts = {
  words: {
    account: 'Das Konto',
    owner: 'Wer Sie gebeten hat,',
    close: 'Sie können dieses Fenster schließen.',
    again: 'Von vorn beginnen',
    open: 'Evergrant öffnen',
    settings: 'Verbindung öffnen',
    details: 'Technische Angaben',
    code: 'Code',
    provider: 'Worte des Anbieters',
    time: 'Zeit',
    request: 'Anfrage',
    notGiven: 'Nicht erteilt (Scopes)',
    replace: 'Vorhandenes ersetzen',
    keep: 'Beide behalten',
    linkStays: 'Ihr Link gilt weiter: Öffnen Sie ihn noch einmal, um von vorn zu beginnen.',
  },
  scopes: {
    openid: 'Wissen, wer sich anmeldet',
    profile: 'Den Namen sehen',
    email: 'Die E-Mail-Adresse sehen',
    address: 'Die Postanschrift sehen',
    phone: 'Die Telefonnummer sehen',
    offline_access: 'Zugriff behalten, während Sie nicht da sind',
  },
  connected: (account, connection) =>
    text('Verbunden', `${account} ist über ${connection} verbunden.`, 'Dieses Fenster schließt sich von selbst.'),
  incomplete: (account, permissions) =>
    text(
      'Verbunden, aber nicht mit allem',
      `${account} ist verbunden, jedoch ohne: ${list(permissions)}.`,
      'Wenn Ihre Programme das brauchen, beginnen Sie von vorn, und lassen Sie jedes Häkchen gesetzt. Sonst können Sie dieses Fenster schließen.',
    ),
  pending: ({ account, by, without, addedFor }) =>
    text(
      'Die Bestätigung steht noch aus',
      [
        `Vielen Dank: Die Berechtigung für ${account} ist angekommen.`,
        ...(without.length === 0 ? [] : [`Es fehlt: ${list(without)}.`]),
        ...(addedFor === undefined ? [] : [`Gebeten wurde um ${addedFor}.`]),
      ].join(' '),
      `${by} sieht nach, ob Sie es waren, und bestätigt es; vorher bekommt kein Programm Zugriff. Sie müssen nichts weiter tun und können dieses Fenster schließen.`,
    ),
  another: (account, addedFor) =>
    text(
      'Das ist ein anderes Konto',
      `Sie haben sich als ${account} angemeldet, dieses Konto wurde aber für ${addedFor} angelegt.`,
      `Evergrant fragt Sie jetzt, ob ${account} bleiben soll oder ob Sie es als ${addedFor} noch einmal versuchen.`,
    ),
  already: (account, name, addedFor) =>
    text(
      'Dieses Konto ist schon verbunden',
      `${addedFor === undefined ? '' : `Sie sollten sich als ${addedFor} anmelden. `}${account} ist hier als „${name}“ verbunden. Die neue Berechtigung ist sicher gespeichert, wie auch immer Sie sich entscheiden.`,
      `Ersetzen: „${name}“ erhält die neue Berechtigung, und Programme arbeiten damit weiter wie bisher. Beide behalten: Das neue wird ein zweites Konto.`,
    ),
  replaced: (account) =>
    text(
      'Verbunden',
      `${account} war schon verbunden und hat jetzt die neue Berechtigung.`,
      'Dieses Fenster schließt sich von selbst.',
    ),
  wrongAccount: (used, expected) =>
    text(
      'Das war ein anderes Konto',
      used === undefined
        ? `Der Anbieter hat nicht gesagt, wer sich angemeldet hat, und dieses Konto gehört ${expected}. Es wurde nichts geändert.`
        : `Sie haben sich als ${used} angemeldet, dieses Konto gehört aber ${expected}. Es wurde nichts geändert.`,
      `Beginnen Sie von vorn, und wählen Sie beim Anbieter ${expected}, oder fügen Sie in Evergrant ein neues Konto hinzu.`,
    ),
  otherBrowser: text(
    'Bitte machen Sie im anderen Browser weiter',
    'Diese Zustimmung wurde in einem anderen Browser oder Profil begonnen, deshalb wurde sie hier nicht verwendet.',
    'Gehen Sie zurück zu dem Browser, in dem Sie auf Verbinden gedrückt haben. Wenn Sie das nicht waren, schließen Sie dieses Fenster: Es wurde nichts verbunden.',
  ),
  adminConsent: text(
    'Für die Organisation erlaubt',
    'Die Administration hat dieses Programm erlaubt.',
    'Die betroffenen Personen können ihre Konten jetzt in Evergrant verbinden.',
  ),
  other: ({ message, advice }) => text('Nicht verbunden', message, advice),
  failures: {
    ACCESS_DENIED: text(
      'Nicht verbunden',
      'Der Zugriff wurde beim Anbieter abgelehnt.',
      'Sie können von vorn beginnen und ihn erlauben. Sonst hat sich nichts geändert.',
    ),
    AUTHORIZATION_NOT_FOUND: text(
      'Dieser Link wurde schon benutzt',
      'Auf diese Antwort wartet keine Zustimmung: Sie ist schon abgeschlossen oder vor zu langer Zeit begonnen worden.',
      'Sehen Sie in Evergrant nach, ob das Konto verbunden ist. Wenn nicht, beginnen Sie von vorn.',
    ),
    AUTHORIZATION_EXPIRED: text(
      'Das hat zu lange gedauert',
      'Zwischen Beginn und Zustimmung lagen mehr als zehn Minuten.',
      'Beginnen Sie von vorn; es dauert nur einen Augenblick.',
    ),
    STATE_MISMATCH: text(
      'Diese Antwort gehört nicht hierher',
      'Sie war für eine andere Verbindung bestimmt, deshalb wurde sie nicht verwendet.',
      'Beginnen Sie in Evergrant von vorn. Wenn es wieder geschieht, sagen Sie es einem Administrator.',
    ),
    ISSUER_MISMATCH: text(
      'Diese Antwort kam von der falschen Stelle',
      'Ein anderer Server als der gefragte hat geantwortet, deshalb wurde die Antwort nicht verwendet.',
      'Sagen Sie es einem Administrator: Die Verbindung nennt vielleicht den falschen Aussteller, oder jemand greift ein.',
    ),
    CALLBACK_INVALID: text(
      'Hier gibt es nichts abzuschließen',
      'Diese Adresse wurde ohne die Antwort eines Anbieters geöffnet.',
      'Beginnen Sie das Verbinden in Evergrant.',
    ),
    CODE_REFUSED: text(
      'Der Anbieter hat seine Antwort zurückgenommen',
      'Der Anbieter hat den Code nicht angenommen, den er gerade ausgegeben hatte.',
      'Beginnen Sie von vorn. Wenn es wieder geschieht, sollte ein Administrator die Verbindung prüfen.',
    ),
    INVALID_CLIENT: text(
      'Die Verbindung muss geprüft werden',
      'Sie haben alles richtig gemacht, aber der Anbieter nimmt die Zugangsdaten dieser Verbindung nicht an.',
      'Ein Administrator muss die Verbindung korrigieren, dann beginnen Sie von vorn.',
    ),
    AUTHORIZATION_REFUSED: text(
      'Der Anbieter hat abgelehnt',
      'Der Anbieter hat diese Verbindung nicht erlaubt.',
      'Ein Administrator sollte unten lesen, was der Anbieter gesagt hat.',
    ),
    PROVIDER_UNREACHABLE: text(
      'Der Anbieter ist nicht erreichbar',
      'Evergrant konnte den Anbieter nicht erreichen, um das Verbinden abzuschließen.',
      'Beginnen Sie in einigen Minuten von vorn. Wenn es wieder geschieht, sagen Sie es einem Administrator.',
    ),
    PROVIDER_TIMEOUT: text(
      'Der Anbieter hat nicht rechtzeitig geantwortet',
      'Evergrant hat auf den Anbieter gewartet, und es kam keine Antwort.',
      'Beginnen Sie in einigen Minuten von vorn.',
    ),
    PROVIDER_UNAVAILABLE: text(
      'Der Anbieter ist gestört',
      'Der Anbieter hat geantwortet, dass es zurzeit nicht geht.',
      'Beginnen Sie in einigen Minuten von vorn.',
    ),
    RATE_LIMITED: text(
      'Der Anbieter ist ausgelastet',
      'Der Anbieter bittet zurzeit um weniger Anfragen.',
      'Beginnen Sie in einigen Minuten von vorn.',
    ),
    INVALID_ANSWER: text(
      'Der Anbieter hat unverständlich geantwortet',
      'Was zurückkam, ist nicht die Antwort, die ein Anbieter hier gibt.',
      'Beginnen Sie von vorn. Wenn es wieder geschieht, sollte ein Administrator die Verbindung prüfen.',
    ),
  },
}
