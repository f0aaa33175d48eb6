import { createContext } from 'react';

/** Characters that no line of ours has: what comes from outside is escaped. */
const FIRST_SIGN = 0xe000;
const SIGNS = 6400;
const SIGN = /[\uE000-\uF8FF]/;

/** A part of a row: where it begins, and what is there. */
export interface Piece {
  readonly column: number;
  readonly text: string;
}

/** Columns that are enough for ink where it places signs: one for the lines, and one for what lies over them. */
export const SIGN_COLUMNS = 2;

/**
 * Lines under one character each. ink takes apart every character of what it places, in every frame, which costs more than
 * all the rest: so it places a sign for each line, and the lines are put in afterwards.
 */
export class LinePool {
  readonly #pieces: Piece[] = [];

  /** The sign of a line that begins at a column, until the frame is taken. */
  readonly put = (text: string, column = 0): string => {
    if (text === '' || this.#pieces.length >= SIGNS) return '';
    this.#pieces.push({ column, text });
    return String.fromCharCode(FIRST_SIGN + this.#pieces.length - 1);
  };

  /** A frame with its lines put in, row by row; what lies over others comes later. */
  take(frame: string): Piece[][] {
    const rows = frame.split('\n').map((row) => this.#piecesOf(row));
    this.#pieces.length = 0;
    return rows;
  }

  #piecesOf(row: string): Piece[] {
    if (!SIGN.test(row)) return row.trim() === '' ? [] : [{ column: 0, text: row }];
    return Array.from(row, (sign) => this.#pieces[sign.charCodeAt(0) - FIRST_SIGN]).filter(
      (piece) => piece !== undefined,
    );
  }
}

/** Gives a line its sign; without it lines are placed as they are. */
export const LineSigns = createContext<LinePool['put'] | null>(null);
